using System.Runtime.CompilerServices;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// A module of one's own, with an operator of one's own, in the library's trainer. This assembly sees public members of the library only.
/// </summary>
public sealed class OwnModuleTests : IDisposable
{
    private const int Rows = 32;

    private readonly Workspace _work = new();

    public static TheoryData<OptimizerKind> Optimizers => [.. Enum.GetValues<OptimizerKind>()];

    public void Dispose() => _work.Dispose();

    [Fact]
    public void NothingInternalOfTheLibraryIsVisibleHere() => Assert.Empty(
        from library in new[] { typeof(Module).Assembly, typeof(Tensor).Assembly }
        from friend in library.GetCustomAttributes(typeof(InternalsVisibleToAttribute), false).Cast<InternalsVisibleToAttribute>()
        where friend.AssemblyName == typeof(OwnModuleTests).Assembly.GetName().Name
        select library.GetName().Name);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void IsTrainedByEveryOptimizer(OptimizerKind optimizer)
    {
        Multiplier module = new(new RandomSource(1));
        double rate = optimizer is OptimizerKind.Sgd or OptimizerKind.Adagrad ? 0.1 : 0.01;
        ModuleTrainer trainer = new(module, module.Loss, new ModuleTrainerOptions
        {
            Steps = 300,
            Optimizer = new OptimizerRecipe { Type = optimizer },
            Schedule = new ScheduleRecipe { Lr = rate },
        });
        double first = trainer.Update().Loss, last = 0;
        while (trainer.Step < 300)
        {
            last = trainer.Update().Loss;
        }

        Assert.True(last < first / 5, $"{optimizer}: {first} became {last}");
        Assert.NotEqual(0, module.Gate.Item());
    }

    [Fact]
    public void ItsGradientsPassTheCheck()
    {
        Multiplier module = new(new RandomSource(2));
        Tensor x = Tensor.Uniform(new Shape(4, 2), -1, 1, new RandomKey(3, 0));
        double error = GradientCheck.Run(_ => module.Forward(x, ForwardContext.Inference),
            [.. module.Parameters().Select(named => named.Parameter)]);
        Assert.InRange(error, 0, 5e-4);
    }

    [Fact]
    public void AnInterruptedRunEndsWithTheSameBits()
    {
        Multiplier whole = new(new RandomSource(1)), begun = new(new RandomSource(1)), resumed = new(new RandomSource(9));
        ModuleTrainerOptions options = new()
        {
            Steps = 20,
            Accumulate = 2,
            Schedule = new ScheduleRecipe { Type = ScheduleKind.Cosine, Lr = 0.01, Warmup = 3 },
        };
        Run(new ModuleTrainer(whole, whole.Loss, options), 20);
        ModuleTrainer first = new(begun, begun.Loss, options);
        Run(first, 7);
        first.Save(_work["run"]);
        ModuleTrainer second = new(resumed, resumed.Loss, options);
        second.Restore(_work["run"]);
        Assert.Equal(7, second.Step);
        Run(second, 20);
        Assert.Equal(Values(whole), Values(resumed));
        Assert.NotEqual(Values(whole), Values(begun));

        ModuleTrainer other = new(new Linear(2, 1, new RandomSource(1)), (_, _) => throw new InvalidOperationException());
        Assert.Contains("lacks the tensor 'weight'", Assert.Throws<InputException>(() => other.Restore(_work["run"])).Message,
            StringComparison.Ordinal);
        ModuleTrainer otherSeed = new(begun, begun.Loss, options with { Seed = 2 });
        Assert.Contains("the seed 1", Assert.Throws<InputException>(() => otherSeed.Restore(_work["run"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AccumulatedBatchesAreOneLargeBatch()
    {
        Multiplier small = new(new RandomSource(1)), large = new(new RandomSource(1));
        Tensor[] halves = [Batch(0), Batch(1)];
        ModuleTrainerOptions options = new() { Optimizer = new OptimizerRecipe { Type = OptimizerKind.Sgd } };
        new ModuleTrainer(small, (batch, _) => small.LossOf(halves[batch], ForwardContext.Inference), options with { Accumulate = 2 })
            .Update();
        new ModuleTrainer(large, (_, _) => large.LossOf(TensorOperators.Concat(0, halves), ForwardContext.Inference), options).Update();
        Assert.Equal(Values(small), Values(large), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void WhatDoesNotFitIsTold()
    {
        Multiplier module = new(new RandomSource(1));
        Assert.Contains("betas",
            Message(() => new ModuleTrainer(module, module.Loss, new() { Optimizer = new OptimizerRecipe { Betas = [2, 3] } })),
            StringComparison.Ordinal);
        Assert.Contains("steps", Message(() => new ModuleTrainer(module, module.Loss, new() { Steps = 0 })), StringComparison.Ordinal);
        Assert.Contains("no parameters", Message(() => new ModuleTrainer(new Empty(), module.Loss)), StringComparison.Ordinal);
        float[] before = Values(module);
        ModuleTrainer infinite = new(module, (batch, context) => (module.Loss(batch, context).Sum * float.PositiveInfinity, Rows));
        Assert.Contains("step 1", Message(() => infinite.Update()), StringComparison.Ordinal);
        Assert.Equal(before, Values(module));
        ModuleTrainer vector = new(module, (batch, context) => (module.Forward(Batch(batch), context), Rows));
        Assert.Contains("single element", Assert.Throws<InvalidOperationException>(() => vector.Update()).Message,
            StringComparison.Ordinal);

        static string Message(Func<object> action) => Assert.Throws<InputException>(action).Message;
    }

    private static void Run(ModuleTrainer trainer, long until)
    {
        while (trainer.Step < until)
        {
            trainer.Update();
        }
    }

    private static float[] Values(Module module) => [.. module.Parameters().SelectMany(named => named.Parameter.ToArray())];

    private static Tensor Batch(long batch) => Tensor.Uniform(new Shape(Rows, 2), -1, 1, new RandomKey(2, (ulong)batch));

    /// <summary>Learns to multiply two numbers.</summary>
    private sealed class Multiplier(RandomSource random) : Module
    {
        private readonly Linear _first = new(2, 16, random), _second = new(16, 1, random);

        public Parameter Gate { get; } = new(Tensor.Full(new Shape(1), 0));

        public Tensor Forward(Tensor x, ForwardContext context) =>
            _second.Forward(SoftSign(context.Dropout(_first.Forward(x, Activation.Gelu), 0.01f))) + (Gate * x.Slice(1, 0, 1));

        public (Tensor Sum, long Count) Loss(long batch, ForwardContext context) => LossOf(Batch(batch), context);

        public (Tensor Sum, long Count) LossOf(Tensor x, ForwardContext context)
        {
            Tensor error = Forward(x, context) - (x.Slice(1, 0, 1) * x.Slice(1, 1, 1));
            return ((error * error).Sum(), x.Shape[0]);
        }

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("first", _first);
            visit.Add("second", _second);
            visit.Add("gate", Gate);
        }

        private static Tensor SoftSign(Tensor x) => Tensor.Custom(
            inputs => Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => value / (1 + MathF.Abs(value))), inputs[0].Shape),
            (dy, _, inputs) =>
                [dy * Tensor.From(Array.ConvertAll(inputs[0].ToArray(), value => 1 / MathF.Pow(1 + MathF.Abs(value), 2)), inputs[0].Shape)],
            x);
    }

    private sealed class Empty : Module
    {
        public override void Visit(ParameterVisitor visit)
        {
        }
    }
}
