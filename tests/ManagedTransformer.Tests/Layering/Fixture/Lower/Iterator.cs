using ManagedTransformer.Tests.Layering.Fixture.Upper;

namespace ManagedTransformer.Tests.Layering.Fixture.Lower;

internal static class Iterator
{
    public static IEnumerable<int> Heights()
    {
        yield return Storey.Height;
    }
}
