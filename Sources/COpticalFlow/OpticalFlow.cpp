#include "COpticalFlow.h"
