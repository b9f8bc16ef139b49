// The interface of hiredis. The library itself is loaded when it is first needed.
#include <hiredis/hiredis.h>
