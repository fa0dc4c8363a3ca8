/// What the columns of the tables are, in words that stand with every result.
enum EvaluationDefinitions {
    static func all(margin: Int) -> [(name: String, text: String)] {
        [
            (
                "spearman",
                "Rank correlation over all elements of two maps of one kind, equals sharing the mean of their ranks: of signed values, and of magnitudes. The other map is that of the same network with a random last layer (logits) or with random parameters throughout (all weights), for the same clip and output; or normal random numbers (random map). Every clip has random networks of its own."
            ),
            (
                "value",
                "One number a pixel: of derivatives Σ_c |v| over colour channels, for flow the length of (v_x, v_y); of squared derivatives (lasting_motion and others) their sum; of contributions (gradient × input, integrated gradients) |Σ_c v|."
            ),
            (
                "in and around",
                "A pixel belongs to a shape that covers at least half of it or of one within \(margin) pixels; the topmost shape counts where they overlap. First-frame maps are held against frame 0, flow and residual against frames 1 to the last."
            ),
            (
                "target over union",
                "Mean value in and around the target over mean value in and around all shapes, target and distractors. 1 tells nothing; the most, for a map that is zero at the distractors, is the area of all shapes over that of the target."
            ),
            (
                "target over all", "Mean value in and around the target over mean value of all pixels."
            ),
            (
                "interval",
                "Mean over clips ± half of the 95 % interval by Student's distribution over clips; ratios are formed in each clip first."
            ),
            (
                "rank",
                "The same ratios of mean ranks in place of mean values. With rank 1 for the least salient pixel (ties share the mean of their ranks) target over all stays below 2; with rank 1 for the most salient, a good map is below 1. So neither can have given the report's 6.83 or its 0.02, and mean values are taken for its definition."
            ),
            (
                "auc",
                "The chance that a pixel in and around the target has a higher value than one elsewhere (all), or than one in and around the distractors (shapes)."
            ),
            (
                "pointing", "The share of frames whose highest value is in or around the target."
            ),
            (
                "overlap",
                "As many of the highest values as the target has pixels, against the target: pixels of both over pixels of either."
            ),
            (
                "without a part",
                "Frozen motion: flow zero, residual kept. No residual: every frame is the one before, moved by its flow. Other first frame: that of the next clip, with this clip's flow and residual. Still: flow and residual zero."
            ),
            (
                "directions",
                "Mean angle between the target's direction and those of the 200 flow vectors with the highest gradient (motion: against sampling flow), of the 20 stretches of 10 frames of trajectories with the highest Σ|∂y/∂x| (first point to last), and of the flow's mean weighted by lasting_motion."
            ),
            (
                "curves",
                "Mean over steps of agreement with the answer to the whole clip: the probability of the class it has, or the cosine between the two directions. Deletion: blocks of 4 frames × 14×14 pixels are replaced by the clip's mean colour, by their mean value in the map; insertion: given back on the mean colour; frames frozen: frames become the one before, by their mean value."
            ),
            (
                "shares",
                "Σ_p |Σ_c ∂y/∂v · v| for first frame, flow and residual, divided by the sum of the three, for the plain gradient."
            ),
        ]
    }
}
