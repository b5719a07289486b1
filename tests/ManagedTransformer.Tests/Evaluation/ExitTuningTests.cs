using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using ManagedTransformer.Evaluation.Metrics;
using Xunit;

namespace ManagedTransformer.Tests.Evaluation;

/// <summary>How exit rules are written, and which thresholds a search keeps.</summary>
public sealed class ExitTuningTests
{
    [Theory]
    [InlineData("full")]
    [InlineData("fixed:3")]
    [InlineData("uniform")]
    [InlineData("uniform:7")]
    [InlineData("sequence")]
    [InlineData("multinomial")]
    [InlineData("geometric")]
    [InlineData("geometric:0.35")]
    [InlineData("confidence:0.7")]
    [InlineData("confidence:0.9,0.85,0.001")]
    public void RulesAreReadAsTheyAreWritten(string text)
    {
        Assert.True(ExitRule.TryParse(text, out ExitRule? rule));
        Assert.Equal(text, rule.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("fixed")]
    [InlineData("fixed:-1")]
    [InlineData("full:1")]
    [InlineData("confidence:")]
    [InlineData("confidence:1.5")]
    [InlineData("confidence:0.5,NaN")]
    [InlineData("Confidence:0.5")]
    public void OtherTextIsNoRule(string text) => Assert.False(ExitRule.TryParse(text, out _));

    [Fact]
    public void EachBinKeepsItsBestAndTheCheapestGoodOneIsChosen()
    {
        ExitScore[] scores = [Score(20, 1.1, 10), Score(25, 1.2, 12), Score(25, 1.24, 11), Score(29.6, 1.6, 20), Score(29.8, 2.3, 40),
            Score(30.5, 2.6, 120)];
        ExitScore[] frontier = ExitTuning.Frontier(scores, 0.25);
        Assert.Equal([1.24, 1.6, 2.3, 2.6], frontier.Select(score => score.AverageExit));
        ExitScore full = Score(30, 3, 100);
        Assert.Equal(1.6, ExitTuning.Choose(frontier, full, 0.5)!.AverageExit);
        Assert.Equal(2.3, ExitTuning.Choose(frontier, full, 0.3)!.AverageExit);
        Assert.Equal(1.24, ExitTuning.Choose(frontier, full, 10)!.AverageExit);
        Assert.Null(ExitTuning.Choose(frontier, full, 0));
    }

    private static ExitScore Score(double bleu, double averageExit, double operations)
    {
        BleuScore score = new(bleu, [], [], [], 1, 1, 1);
        return new ExitScore(new ExitRule(), score, score, averageExit, operations, operations, 1, 1);
    }
}
