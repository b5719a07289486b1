using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using Xunit;

namespace ManagedTransformer.Tests.Optimizers;

/// <summary>Learning rates at the points where schedules change their form.</summary>
public sealed class ScheduleTests
{
    public static TheoryData<string, long, double> Points => new()
    {
        { "constant", 0, 0.5 }, { "constant", 1_000_000, 0.5 },
        { "constant, warm-up 4", 0, 0 }, { "constant, warm-up 4", 3, 0.375 }, { "constant, warm-up 4", 4, 0.5 },
        { "constant, warm-up 4", 5, 0.5 }, { "linear warm-up 4", 0, 0.125 }, { "linear warm-up 4", 3, 0.5 }, { "linear warm-up 4", 9, 0.5 },
        { "inverse root", 0, 0 }, { "inverse root", 50, 0.25 }, { "inverse root", 100, 0.5 }, { "inverse root", 400, 0.25 },
        { "inverse root from 0.1", 0, 0.1 }, { "inverse root from 0.1", 50, 0.3 }, { "inverse root from 0.1", 99, 0.496 },
        { "inverse root from 0.1", 100, 0.5 }, { "noam", 0, 0.0625 / 1000 }, { "noam", 99, 0.0625 / 10 }, { "noam", 399, 0.0625 / 20 },
        { "cosine", 0, 0.1 }, { "cosine", 5, 0.3 }, { "cosine", 10, 0.5 }, { "cosine", 60, 0.3 }, { "cosine", 110, 0.1 },
        { "cosine", 111, 0.1 }, { "cosine", 5000, 0.1 }, { "cosine restarts", 0, 0.2 }, { "cosine restarts", 10, 1 },
        { "cosine restarts", 60, 0.5 }, { "cosine restarts", 110, 0.5 }, { "cosine restarts", 160, 0.25 },
        { "cosine growing restarts", 0, 1 }, { "cosine growing restarts", 50, 0.5 }, { "cosine growing restarts", 100, 1 },
        { "cosine growing restarts", 200, 0.5 }, { "cosine growing restarts", 300, 1 }, { "cosine growing restarts", 500, 0.5 },
        { "polynomial", 0, 0 }, { "polynomial", 10, 0.5 }, { "polynomial", 60, 0.3 }, { "polynomial", 110, 0.1 },
        { "polynomial", 500, 0.1 }, { "square", 0, 0.5 }, { "square", 50, 0.2 }, { "square", 100, 0.1 },
        { "steps", 0, 0.5 }, { "steps", 9, 0.5 }, { "steps", 10, 0.05 }, { "steps", 25, 0.005 },
        { "linear", 0, 0.1 }, { "linear", 9, 0.5 }, { "linear", 10, 0.5 }, { "linear", 60, 0.3 }, { "linear", 110, 0.1 },
        { "linear", 5000, 0.1 }, { "linear by default", 0, 1e-7 }, { "linear by default", 10, 0.5 }, { "linear by default", 110, 1e-7 },
        { "composed", 0, 0 }, { "composed", 9, 0.45 }, { "composed", 10, 0.5 }, { "composed", 20, 0.05 },
    };

    [Theory]
    [MemberData(nameof(Points))]
    public void RateAt(string name, long updatesDone, double rate) => Assert.Equal(rate, Make(name).Rate(updatesDone), 1e-12);

    [Fact]
    public void AnInverseRootOfTheRightHeightIsNoamShiftedByOne()
    {
        NoamSchedule noam = new(256, 100);
        InverseSquareRootSchedule root = new(Math.Pow(256.0 * 100, -0.5), 100);
        foreach (long step in (long[])[1, 50, 99, 100, 101, 1000])
        {
            Assert.Equal(root.Rate(step), noam.Rate(step - 1), 1e-12);
        }
    }

    private static LearningRateSchedule Make(string name) => name switch
    {
        "constant" => new ConstantSchedule(0.5),
        "constant, warm-up 4" => new ConstantSchedule(0.5, 4),
        "linear warm-up 4" => new LinearWarmupSchedule(0.5, 4),
        "inverse root" => new InverseSquareRootSchedule(0.5, 100),
        "inverse root from 0.1" => new InverseSquareRootSchedule(0.5, 100, 0.1),
        "noam" => new NoamSchedule(256, 100),
        "cosine" => new CosineSchedule(0.5, 0.1, 10, 110),
        "cosine restarts" => new CosineSchedule(1, 0, 10, 0, initial: 0.2, period: 100, shrink: 0.5),
        "cosine growing restarts" => new CosineSchedule(1, 0, 0, 0, period: 100, multiplier: 2),
        "polynomial" => new PolynomialSchedule(0.5, 0.1, 10, 110),
        "square" => new PolynomialSchedule(0.5, 0.1, 0, 100, 2),
        "steps" => new StepSchedule(0.5, 10, 0.1),
        "linear" => new LinearDecaySchedule(0.5, 10, 110, 0.1),
        "linear by default" => new ScheduleRecipe { Type = ScheduleKind.Linear, Lr = 0.5, Warmup = 10 }.Create(110),
        "composed" => new ComposedSchedule([(new ConstantSchedule(0.5, 10), 10), (new StepSchedule(0.5, 10, 0.1), 0)]),
        _ => throw new NotSupportedException(name),
    };
}
