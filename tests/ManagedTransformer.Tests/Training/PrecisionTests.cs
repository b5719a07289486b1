using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>Runs whose recipe states a precision of products.</summary>
public sealed class PrecisionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PrecisionTests() => File.WriteAllText(
        _folder["text.txt"], string.Concat(Enumerable.Range(0, 60).Select(i => $"the cat {i * 7 % 10} sat.\n")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ALowerPrecisionChangesARunAndOnlyALittle()
    {
        TrainingResult plain = Train("plain"), stated = Train("stated", "training.precision=float32"),
            tf32 = Train("tf32", "training.precision=tf32"), half = Train("half", "training.precision=bfloat16");
        Assert.Equal(plain.BestLoss, stated.BestLoss);
        Assert.Equal(MatMulPrecision.Float32, MatMulPrecisionScope.Of(Device.Cpu));

        Assert.InRange(Math.Abs(tf32.BestLoss!.Value - plain.BestLoss!.Value), 1e-7, 1e-2);
        Assert.InRange(Math.Abs(half.BestLoss!.Value - plain.BestLoss.Value), 1e-6, 5e-2);
    }

    [Fact]
    public void AnUnknownPrecisionIsRefused() => Assert.Contains(
        "'float16'",
        Assert.Throws<InputException>(() => Tiny("training.precision=float16")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void ADeviceWithoutThePrecisionIsNamed()
    {
        using DeviceScope scope = new(Device.Shapes);
        Assert.Contains(
            "training.precision is 'bfloat16', and shapes multiplies matrices in float32 only",
            Assert.Throws<InputException>(() => TrainingRun.Prepare(Tiny("training.precision=bfloat16"), Options("out"))).Message,
            StringComparison.Ordinal);
    }

    private static Recipe Tiny(params string[] changes) => Recipe.Builtin("stories").With(
    [
        "training.batch=2", "training.context=16", "model.dim=16", "model.heads=2", "model.layers=1", "training.steps=30",
        "training.evaluate_every=30", "training.sample_prompt=null", "training.schedule.warmup=0", "training.evaluate_tokens=0",
        .. changes,
    ]);

    private TrainingResult Train(string output, params string[] changes) =>
        TrainingRun.Prepare(Tiny(changes), Options(output)).Run(cancellation: TestContext.Current.CancellationToken);

    private TrainingOptions Options(string output) => new() { Output = _folder[output], Data = _folder["text.txt"] };
}
