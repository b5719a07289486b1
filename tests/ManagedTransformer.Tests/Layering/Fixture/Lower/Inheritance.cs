using ManagedTransformer.Tests.Layering.Fixture.Upper;

namespace ManagedTransformer.Tests.Layering.Fixture.Lower;

internal sealed class Inheritance : Storey;
