#include "CBundledModels.h"
