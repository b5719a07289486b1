namespace ManagedTransformer.Tests.Layering.Fixture.Upper;

internal class Storey
{
    public static int Height { get; set; }
}
