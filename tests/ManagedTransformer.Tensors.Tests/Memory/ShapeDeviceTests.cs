using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Tensors without memory and values.</summary>
[Collection(nameof(StepScopeTests))]
public sealed class ShapeDeviceTests
{
    private static readonly Shape _terabytes = new(1 << 20, 1 << 20);

    [Fact]
    public void MakingAndWritingTakesNoMemory()
    {
        HostDevice.Pool.Trim();
        long before = HostDevice.Pool.AllocatedBytes;
        using DeviceScope _ = new(Device.Shapes);
        Parameter parameter = new(Tensor.Normal(_terabytes, 0, 1, new RandomKey(1, 1)));
        Parameter rows = parameter.Rows(1 << 10, 1 << 19);
        Assert.Equal(new Shape(1 << 19, 1 << 20), rows.Shape);
        Assert.All((Tensor[])[Tensor.Zeros(_terabytes), Tensor.Ones(_terabytes), Tensor.Empty(_terabytes),
            Tensor.Uniform(_terabytes, 0, 1, new RandomKey(1, 2))], tensor => Assert.Equal(1L << 40, tensor.Count));
        Tensor.Zeros(new Shape(2)).CopyFrom([1, 2]);
        Assert.Same(Device.Shapes, Tensor.From([1, 2], new Shape(2)).Device);
        Assert.Same(Device.Shapes, Tensor.Scalar(3).Device);
        Assert.Equal(before, HostDevice.Pool.AllocatedBytes);
        Assert.Equal("Float32[1048576, 1048576] without values", parameter.ToString());
    }

    [Fact]
    public void ReadingAndComputingIsRefused()
    {
        Tensor shape = Tensor.Ones(new Shape(2, 2), Device.Shapes), values = Tensor.Ones(new Shape(2, 2));
        Refused(() => shape.ToArray());
        Refused(() => shape.To(Device.Cpu));
        Refused(() => _ = shape + shape);
        Refused(() => _ = values + shape);
        Refused(() => shape.MatMul(values));
        Refused(() => values.MatMul(shape));
        Refused(() => values.Assign(shape));
        Refused(() => shape.Assign(values));

        static void Refused(Action use) => Assert.StartsWith("Tensors on the device \"shapes\" have shapes but no values",
            Assert.Throws<InvalidOperationException>(use).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStepOnItEndsAsOthers()
    {
        using StepScope repeated = StepScope.Repeated();
        for (int i = 0; i < 3; i++)
        {
            using (repeated.Open())
            {
                Assert.Equal(1L << 40, Tensor.Empty(_terabytes, Device.Shapes).Count);
                Assert.Equal(2, Tensor.Ones(new Shape(2)).ToArray().Sum());
            }
        }
    }
}
