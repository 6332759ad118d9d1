// Package rtype makes types at run time that package reflect cannot: named
// types with methods, structs that embed them, and interfaces. Values of such
// a type are what compiled code takes them for: fmt finds their String method,
// encoding/json their MarshalJSON, errors.As their identity, %T their name.
//
//	n := rtype.New(rtype.Shape{PkgPath: "main", Name: "Deg", Of: reflect.Float64, ...})
//	n.Define(reflect.TypeFor[float64]())          // what it stands for
//	n.Methods(value, pointer)                     // what it can do
//
// A type is there before it is defined, since it may occur in what it stands
// for. It holds a copy of the underlying type's description, with a name and a
// method table after it; the runtime finds names, types and code through the
// offsets that package reflect registers with it for the types it makes itself.
// A method's code is a stub of a few bytes that goes on to a function made by
// reflect.MakeFunc; it never stays on the stack.
//
// The layout is that of internal/abi. Supported makes a type, uses it, and says
// what is wrong where that layout or the processor is another. What is made
// here is never freed, as the runtime keeps method tables for ever.
package rtype
