using ManagedTransformer.Sweeps;
using Xunit;

namespace ManagedTransformer.Tests.Sweeps;

/// <summary>Combinations of values, and the names of their folders.</summary>
public sealed class SweepGridTests
{
    [Fact]
    public void EveryCombinationIsARunAndTheLastKeyChangesFastest()
    {
        SweepGrid grid = SweepGrid.Parse(["training.schedule.lr=1e-3, 2e-3", "model.layers=1,2,3", "model.dim=8"], "--set");
        Assert.Equal(
            ["lr=1e-3,layers=1", "lr=1e-3,layers=2", "lr=1e-3,layers=3", "lr=2e-3,layers=1", "lr=2e-3,layers=2", "lr=2e-3,layers=3"],
            grid.Points.Select(point => point.Name));
        Assert.Equal(["training.schedule.lr=2e-3", "model.layers=3", "model.dim=8"], grid.Points[^1].Set);
    }

    [Theory]
    [InlineData("x=[1,2],[3,4]", "[1,2]|[3,4]")]
    [InlineData("x={\"a\":1,\"b\":[1,2]},null", "{\"a\":1,\"b\":[1,2]}|null")]
    [InlineData("x=\"a,b\",\"c\\\",d\"", "\"a,b\"|\"c\\\",d\"")]
    [InlineData("x=a]b,c", "a]b|c")]
    [InlineData("x=1", "1")]
    [InlineData("x=", "")]
    [InlineData("x=a=b,c", "a=b|c")]
    [InlineData("x=18446744073709551614,18446744073709551615", "18446744073709551614|18446744073709551615")]
    public void CommasWithinAValueDivideNothing(string text, string expected) =>
        Assert.Equal(expected.Split('|'), SweepAxis.Parse(text, "--set").Values);

    [Fact]
    public void NamesOfFoldersAreShortPlainAndDifferent()
    {
        Assert.Equal(["a.lr=1,b.lr=1", "a.lr=1,b.lr=2"], Names("a.lr=1,3", "b.lr=1,2").Take(2));
        Assert.Equal(["x=a_b", "x=a_b~2", "x=A_b~3"], Names("x=a b,a/b,A/b"));
        Assert.Equal(["betas.0=0.8", "betas.0=0.9"], Names("betas[0]=0.8,0.9"));
        Assert.Equal(["dim=8,layers=1"], Names("model.dim=8", "model.layers=1"));
        string text = new('y', 300);
        Assert.All(Names($"x={text}1,{text}2"), name => Assert.InRange(name.Length, 1, 103));
    }

    [Theory]
    [InlineData("needs KEY=VALUE", "lr")]
    [InlineData("is empty", "lr=1,,2")]
    [InlineData("twice", "lr=1,2,1")]
    [InlineData("twice", "lr=1e-2,0.01")]
    [InlineData("twice", "kind=relu,\"relu\"")]
    [InlineData("more than once", "lr=1", "lr=2")]
    [InlineData("more than once", "a[0]=1", "a.0=2")]
    [InlineData("at least one")]
    [InlineData(
        "at most 10,000", "a=1,2,3,4,5,6,7,8,9,0", "b=1,2,3,4,5,6,7,8,9,0", "c=1,2,3,4,5,6,7,8,9,0", "d=1,2,3,4,5,6,7,8,9,0", "e=1,2")]
    public void WhatIsNoGridIsRefused(string expected, params string[] axes) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => SweepGrid.Parse(axes, "--set")).Message, StringComparison.Ordinal);

    private static IEnumerable<string> Names(params string[] axes) =>
        SweepGrid.Parse(axes, "--set").Points.Select(point => point.Name);
}
