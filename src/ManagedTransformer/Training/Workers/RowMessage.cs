using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>
/// Gradients of rows as bytes: for every parameter that has one, its number, n, m, the width and whether there are weights; then n row
/// numbers, the n weights if there are any, and m times width values.
/// </summary>
internal static class RowMessage
{
    private const int Header = 5;

    /// <summary>Takes the gradients of rows of a batch.</summary>
    /// <param name="gradients">Has none afterwards.</param>
    public static byte[] Write(GradientSet gradients)
    {
        List<(int Parameter, RowGradient Rows)> all = [];
        long length = 0;
        for (int i = 0; i < gradients.Parameters; i++)
        {
            if (gradients.TakeRows(i) is { } rows)
            {
                all.Add((i, rows));
                length += Header + (rows.Indices.Count * (rows.Weights is null ? 1 : 2)) + rows.Values.Count;
            }
        }

        byte[] message = new byte[checked((int)(length * sizeof(int)))];
        Span<int> left = MemoryMarshal.Cast<byte, int>(message.AsSpan());
        foreach ((int parameter, RowGradient rows) in all)
        {
            ReadOnlySpan<int> header =
                [parameter, rows.Indices.Shape[0], rows.Values.Shape[0], rows.Values.Shape[1], rows.Weights is null ? 0 : 1];
            header.CopyTo(left);
            left = left[Header..];
            rows.Indices.CopyTo(left[..header[1]]);
            left = left[header[1]..];
            if (rows.Weights is { } weights)
            {
                weights.CopyTo(MemoryMarshal.Cast<int, float>(left[..header[1]]));
                left = left[header[1]..];
            }

            int values = header[2] * header[3];
            rows.Values.CopyTo(MemoryMarshal.Cast<int, float>(left[..values]));
            left = left[values..];
            rows.Indices.Release();
            rows.Weights?.Release();
            rows.Values.Release();
        }

        return message;
    }

    /// <summary>Adds the gradients of rows of a batch to the sums.</summary>
    /// <param name="message">From <see cref="Write"/>.</param>
    /// <param name="gradients">Whose sums.</param>
    public static void Read(byte[] message, GradientSet gradients)
    {
        ReadOnlySpan<int> left = MemoryMarshal.Cast<byte, int>(message);
        while (left.Length > 0)
        {
            ReadOnlySpan<int> header = left[..Header];
            Shape contributions = new(header[1]);
            left = left[Header..];
            Tensor indices = Tensor.From(left[..header[1]], contributions);
            left = left[header[1]..];
            Tensor? weights = null;
            if (header[4] != 0)
            {
                weights = Tensor.From(MemoryMarshal.Cast<int, float>(left[..header[1]]), contributions);
                left = left[header[1]..];
            }

            int count = header[2] * header[3];
            Tensor values = Tensor.From(MemoryMarshal.Cast<int, float>(left[..count]), new Shape(header[2], header[3]));
            left = left[count..];
            gradients.AddRows(header[0], indices, weights, values);
        }
    }
}
