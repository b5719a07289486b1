using ManagedTransformer.Cli.Views;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Bars of characters.</summary>
public sealed class TextBarTests
{
    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(double.NaN, 0, "")]
    [InlineData(1e-9, 0, "▏")]
    [InlineData(0.5, 20, "")]
    [InlineData(0.5125, 20, "▌")]
    [InlineData(1, 40, "")]
    [InlineData(7, 40, "")]
    public void ABarIsAShareOfTheWidth(double share, int full, string rest) =>
        Assert.Equal(new string('█', full) + rest, TextBar.Of(share));
}
