#ifndef CREVISION_H
#define CREVISION_H

/// The commit that the program was built from, with "-modified" behind it where the sources differed from it; NULL where the build was not told.
const char *_Nullable cinegrad_revision(void);

#endif
