using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using ManagedTransformer.Tensors.Reference;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Products on tensor cores in each precision, in the interpreter.</summary>
public sealed class MatMulPrecisionTests
{
    public static TheoryData<MatMulPrecision> Precisions => [.. Enum.GetValues<MatMulPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void SmallWholeNumbersAreExact(MatMulPrecision precision)
    {
        KernelCheck check = Check("whole numbers", precision);

        Assert.True(check.Passed, check.Description);
    }

    [Theory]
    [InlineData("edges of tiles")]
    [InlineData("right matrix of BFloat16, aligned")]
    public void ALowerPrecisionShowsInTheErrorAndOnlySoMuch(string name)
    {
        double float32 = Check(name, MatMulPrecision.Float32).Error;
        double tf32 = Check(name, MatMulPrecision.Tf32).Error;
        double bfloat16 = Check(name, MatMulPrecision.BFloat16).Error;

        // In units of what Float32 may miss.
        Assert.InRange(float32, 0, 0.3);
        Assert.InRange(tf32, 5, 500);
        Assert.InRange(bfloat16, 4 * tf32, 12 * tf32);
    }

    [Fact]
    public void ThreeProductsMissLessThanASumInFloat32()
    {
        const int Size = 40, Depth = 2048;
        var random = new Random(1);
        float[] a = [.. Enumerable.Range(0, Size * Depth).Select(_ => random.NextSingle())];
        float[] b = [.. Enumerable.Range(0, Size * Depth).Select(_ => random.NextSingle())];
        using PtxMachine machine = PtxMachine.Interpreter();
        using var run = new KernelRun(machine.Device);
        DeviceBuffer c = run.Output("product", Size * Size, Tolerance.Exact);
        DeviceBuffer left = run.Values(a), right = run.Values(b);
        run.Kernels.Matrix.MatMul(MatMulProblem.Single(Size, Size, Depth, left, Depth, false, right, Depth, true, c, Size));
        byte[] bytes = new byte[Size * Size * sizeof(float)];
        machine.Device.Read(c, sizeof(float), bytes);

        double worst = 0, worstOfSums = 0;
        for (int i = 0; i < Size * Size; i++)
        {
            double exact = 0;
            float sum = 0;
            for (int k = 0; k < Depth; k++)
            {
                float x = a[(i / Size * Depth) + k], y = b[(i % Size * Depth) + k];
                exact += (double)x * y;
                sum += x * y;
            }

            worst = Math.Max(worst, Math.Abs(BitConverter.ToSingle(bytes, i * sizeof(float)) - exact) / exact);
            worstOfSums = Math.Max(worstOfSums, Math.Abs(sum - exact) / exact);
        }

        Assert.InRange(worst, 0, worstOfSums / 2);
    }

    [Theory]
    [InlineData(MatMulPrecision.Tf32)]
    [InlineData(MatMulPrecision.BFloat16)]
    public void TheProcessorRoundsLikeTensorCores(MatMulPrecision precision)
    {
        const int Rows = 40, Columns = 72, Depth = 96;
        var random = new Random(2);
        float[] a = [.. Enumerable.Range(0, Rows * Depth).Select(_ => random.NextSingle() - 0.5f)];
        float[] b = [.. Enumerable.Range(0, Columns * Depth).Select(_ => random.NextSingle() - 0.5f)];
        using PtxMachine machine = PtxMachine.Interpreter();
        using var run = new KernelRun(machine.Device);
        DeviceBuffer c = run.Output("product", Rows * Columns, Tolerance.Exact);
        DeviceBuffer left = run.Values(a), right = run.Values(b);
        using MatMulPrecisionScope scope = new(precision);
        run.Kernels.Matrix.MatMul(MatMulProblem.Single(Rows, Columns, Depth, left, Depth, false, right, Depth, true, c, Columns));
        float[] onTensorCores = new float[Rows * Columns];
        machine.Device.Read(c, sizeof(float), MemoryMarshal.AsBytes(onTensorCores.AsSpan()));
        float[] onProcessor =
            Tensor.From(a, new Shape(Rows, Depth)).MatMul(Tensor.From(b, new Shape(Columns, Depth)).Transpose()).ToArray();

        // Orders of sums differ, roundings do not: a product's error of 4e-3 or 5e-4 would show.
        Assert.All(onTensorCores.Zip(onProcessor), pair => Assert.Equal(pair.Second, pair.First, 2e-6f));
    }

    private static KernelCheck Check(string name, MatMulPrecision precision)
    {
        // Large tiles have two stages here, and three in the suite.
        using var machine = new PtxMachine(
            "ptx:0", accelerator => new PtxInterpreterLauncher(accelerator), PtxMachine.LeastSharedBytes);
        machine.Device.MatMulPrecision = precision;
        KernelCheck check = KernelSuite.Cases.Single(test => test.ToString() == $"MatMul: {name}").Check(machine.Device);
        var launcher = (PtxInterpreterLauncher)machine.Device.Launcher;
        Assert.Contains(launcher.Launched.Keys, kernel => kernel.DeclaringType == typeof(TensorTileCode));
        return check;
    }
}
