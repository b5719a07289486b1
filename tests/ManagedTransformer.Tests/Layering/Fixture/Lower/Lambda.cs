using ManagedTransformer.Tests.Layering.Fixture.Upper;

namespace ManagedTransformer.Tests.Layering.Fixture.Lower;

internal static class Lambda
{
    public static Func<int, int> Add { get; } = value => value + Storey.Height;
}
