// The interface of libpq. The library itself is loaded when it is first needed: most commands need none, and it would
// bring a dozen other libraries into every process.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif
