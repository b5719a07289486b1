using Xunit;

namespace ManagedTransformer.Tensors.Tests.Memory;

/// <summary>Values on their way between host and device, and memory that there is not.</summary>
public sealed class HostCopyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(11)]
    public void PiecesMakeUpTheWhole(int piece)
    {
        int[] values = [.. Enumerable.Range(1, 10)];
        Tensor tensor = Tensor.From(new int[12], new Shape(12));
        tensor.Device.WriteElements<int>(values, tensor.Buffer with { Offset = 1 }, piece);
        Assert.Equal([0, .. values, 0], tensor.ToInt32Array());
        int[] read = new int[11];
        tensor.Device.ReadElements(tensor.Buffer with { Offset = 1 }, read.AsSpan(), piece);
        Assert.Equal([.. values, 0], read);
    }

    [Fact]
    public void MemoryThatThereIsNotIsCounted()
    {
        // More than processors have addresses for.
        Shape shape = new(1 << 23, 1 << 23);
        Assert.StartsWith(
            "262,144.00 GiB more are needed in one piece, and ", Assert.ThrowsAny<OutOfMemoryException>(() => Tensor.Empty(shape)).Message,
            StringComparison.Ordinal);
    }
}
