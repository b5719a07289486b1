using ManagedTransformer.Tests.Layering.Fixture.Upper;

namespace ManagedTransformer.Tests.Layering.Fixture.Lower;

internal static class MethodBody
{
    public static void Build() => Storey.Height = 3;
}
