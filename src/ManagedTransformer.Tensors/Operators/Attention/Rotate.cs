using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Rotary positions (Su et al., "RoFormer", 2021) in the half layout: element j &lt; d/2 of a row at position p is paired with element
    /// j + d/2: y[j] = x[j] cos[p, j] - x[j + d/2] sin[p, j], y[j + d/2] = x[j + d/2] cos[p, j] + x[j] sin[p, j].
    /// </summary>
    /// <param name="x">[B, T, H, d] with an even d; a view of a packed projection is not copied.</param>
    /// <param name="cos">Float32 [P, d / 2]: cosines of position times frequency. It receives no gradient.</param>
    /// <param name="sin">Float32 [P, d / 2]</param>
    /// <param name="options">Positions of the rows, and which heads are rotated.</param>
    /// <returns>[B, T, H, d]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position outside 0 .. P-1.</exception>
    public static Tensor Rotate(this Tensor x, Tensor cos, Tensor sin, RotaryOptions options = default)
    {
        RequireFloat(x, "Rotate");
        RequireFloat(cos, "Rotate");
        RequireFloat(sin, "Rotate");
        if (x.Rank != 4 || x.Shape[3] % 2 != 0 || cos.Rank != 2 || cos.Shape[1] != x.Shape[3] / 2 || sin.Shape != cos.Shape)
        {
            throw new ArgumentException(
                $"Rotate: x [B, T, H, d] with an even d, and cos and sin [P, d / 2] are needed, the shapes are {x.Shape}, {cos.Shape} and "
                + $"{sin.Shape}.");
        }

        if (options.Heads is { } heads && (heads < 0 || heads > x.Shape[2]))
        {
            throw new ArgumentException($"Rotate: {heads} heads cannot be rotated, there are {x.Shape[2]}.");
        }

        RequirePositions(x, cos, options);
        x = WithRows(x);
        Tensor y = Tensor.EmptyLike(x);
        RotaryProblem problem = new()
        {
            Batch = x.Shape[0],
            Length = x.Shape[1],
            Heads = x.Shape[2],
            Rotated = options.Heads ?? x.Shape[2],
            Width = x.Shape[3],
            X = x.Buffer,
            Y = y.Buffer,
            XStrides = RowsOf(x),
            YStrides = RowsOf(y),
            Cos = cos.Contiguous().Buffer,
            Sin = sin.Contiguous().Buffer,
            TableRows = cos.Shape[0],
            First = options.First,
            Positions = options.Positions?.Contiguous().Buffer ?? default,
        };
        x.Kernels.Attention.Rotate(problem);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new RotateRule(x, problem)) : y;
    }

    private static void RequirePositions(Tensor x, Tensor cos, in RotaryOptions options)
    {
        if (options.Positions is { } positions)
        {
            RequireIndices(positions, "Rotate");
            if (positions.Shape != new Shape(x.Shape[0], x.Shape[1]))
            {
                throw new ArgumentException(
                    $"Rotate: positions need the shape {new Shape(x.Shape[0], x.Shape[1])}, they have {positions.Shape}.");
            }
        }
        else if (options.First < 0 || (x.Count > 0 && options.First > (long)cos.Shape[0] - x.Shape[1]))
        {
            throw new ArgumentOutOfRangeException(nameof(options),
                $"Rotate: positions {options.First} to {options.First + (long)x.Shape[1] - 1} are outside the table's 0 to "
                + $"{cos.Shape[0] - 1}.");
        }
    }

    // dx = dy turned by the opposite angle
    private sealed class RotateRule(Tensor x, RotaryProblem problem) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink)
        {
            dy = WithRows(dy);
            Tensor dx = Tensor.EmptyLike(x);
            RotaryProblem gradient = problem;
            (gradient.X, gradient.XStrides, gradient.Y, gradient.YStrides) = (dy.Buffer, RowsOf(dy), dx.Buffer, RowsOf(dx));
            gradient.Inverse = true;
            dy.Kernels.Attention.Rotate(gradient);
            sink.Add(x, dx);
        }
    }
}
