import CCairo
import CTypeface

/// The letters of all pictures: one face, carried by the binary, without hints, so that a text has the same shape and
/// the same width on every machine.
enum Typeface {
    /// The advance of a text in pixels.
    /// - Parameter size: of the em square, in pixels.
    static func width(of text: String, size: Double) -> Double {
        guard let face else { return 0 }
        var (unit, extents) = (cairo_matrix_t(), cairo_text_extents_t())
        var scaled = cairo_matrix_t()
        cairo_matrix_init_identity(&unit)
        cairo_matrix_init_scale(&scaled, size, size)
        let options = makeOptions()
        defer { cairo_font_options_destroy(options) }
        let font = cairo_scaled_font_create(face, &scaled, &unit, options)
        defer { cairo_scaled_font_destroy(font) }
        cairo_scaled_font_text_extents(font, text, &extents)
        return extents.x_advance
    }

    /// From the baseline to the top of capital letters, for a size of 1.
    static let capHeight = 0.729
    /// From the baseline to the bottom of letters such as g, for a size of 1.
    static let descent = 0.236

    /// Makes a context write with this face.
    static func select(in context: OpaquePointer?, size: Double) {
        cairo_set_font_face(context, face)
        cairo_set_font_size(context, size)
        let options = makeOptions()
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
    }

    private static func makeOptions() -> OpaquePointer? {
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        return options
    }

    /// Nil if FreeType refuses the carried bytes, which a test excludes; texts are left out then. Cairo locks the face
    /// for as long as it draws with it, so threads may share it.
    nonisolated(unsafe) private static let face: OpaquePointer? = {
        var library: FT_Library?
        guard FT_Init_FreeType(&library) == 0 else { return nil }
        var face: FT_Face?
        let start = cinegrad_typeface_start()
        guard FT_New_Memory_Face(library, start, FT_Long(cinegrad_typeface_size), 0, &face) == 0 else { return nil }
        return cairo_ft_font_face_create_for_ft_face(face, Int32(FT_LOAD_NO_HINTING))
    }()
}
