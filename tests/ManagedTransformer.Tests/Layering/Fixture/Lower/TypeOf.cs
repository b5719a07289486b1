using ManagedTransformer.Tests.Layering.Fixture.Upper;

namespace ManagedTransformer.Tests.Layering.Fixture.Lower;

internal static class TypeOf
{
    public static string Name => typeof(Storey).Name;
}
