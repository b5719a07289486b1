using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// logits = x W^T + b for some rows of x at a time: what the losses over a projected vocabulary share, so that memory grows with the block
/// and not with rows times classes.
/// </summary>
internal sealed class ProjectedRows
{
    // Blocks of logits that stay in the processor's cache, but of so many rows that W, which every block packs anew, is worth packing,
    // but within some memory. A card has no such cache, and reads W and adds to its gradient once for every block: 256 MB of logits.
    private const long BlockElements = 1 << 20, MostElements = 1 << 23, CardElements = 1 << 26;
    private const int WorthPacking = 256, FewestRows = 16;

    private readonly Tensor _x, _weight;
    private readonly Tensor? _bias;
    private readonly int _width, _blockRows;

    /// <summary>Checks and arranges the operands of <paramref name="operation"/>.</summary>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public ProjectedRows(string operation, Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.Rank != 2 || weight.Shape[1] != x.Shape[-1])
        {
            throw new ArgumentException($"{operation}: x {x.Shape} needs a weight [classes, {x.Shape[-1]}], it is {weight.Shape}.");
        }

        if (bias is not null && bias.Shape != new Shape(weight.Shape[0]))
        {
            throw new ArgumentException($"{operation}: the weight {weight.Shape} needs a bias [{weight.Shape[0]}], it is {bias.Shape}.");
        }

        TensorOperators.RequireWeight(weight, Recorder.IsNeeded(x, bias), operation);
        (_x, _weight, _bias) = (x.Contiguous(), weight.Contiguous(), bias?.Contiguous());
        _width = x.Shape[-1];
        Classes = weight.Shape[0];
        Count = checked((int)x.Shape.Without(-1).Count);
        long classes = Math.Max(1, Classes), elements = _x.Device.IsHost ? BlockElements : CardElements;
        long rows = Math.Max(elements / classes, Math.Min(WorthPacking, MostElements / classes));
        _blockRows = (int)Math.Min(Count, Math.Max(FewestRows, rows));
    }

    /// <summary>Rows of x.</summary>
    public int Count { get; }

    /// <summary>Rows of W.</summary>
    public int Classes { get; }

    /// <summary>The operands that gradients flow to.</summary>
    public Tensor?[] Inputs => [_x, _weight, _bias];

    public bool NeedRecord => Recorder.IsNeeded(_x, _weight, _bias);

    /// <summary>Blocks of rows that cover x: first row and number of rows.</summary>
    public IEnumerable<(int Start, int Rows)> Blocks()
    {
        for (int start = 0; start < Count; start += _blockRows)
        {
            yield return (start, Math.Min(_blockRows, Count - start));
        }
    }

    /// <summary>Memory for the logits of one block.</summary>
    public Tensor NewBlock() => Tensor.Empty(new Shape(_blockRows, Classes), _x);

    /// <summary>Memory for the gradients of the operands that need one.</summary>
    public ProjectedGradients NewGradients()
    {
        ProjectedGradients gradients = new(Like(_x), Like(_weight), Like(_bias));
        if (Count == 0)
        {
            gradients.Clear();
        }

        return gradients;

        static Tensor? Like(Tensor? input) => input is { RequiresGradient: true } ? Tensor.EmptyLike(input) : null;
    }

    /// <summary>The logits of a block.</summary>
    public void Project(int start, int rows, Tensor logits)
    {
        MatMulProblem problem = MatMulProblem.Single(
            rows, Classes, _width, RowsOf(_x, start), _width, false, _weight.Buffer, _width, true, logits.Buffer, Classes);
        problem.Bias = _bias?.Buffer ?? default;
        TensorOperators.MultiplyBy(_weight, _x, problem);
    }

    /// <summary>dx = dz W for the rows of a block; dW += dz^T x and db += sum over rows of dz, which the first block sets.</summary>
    public void Differentiate(int start, int rows, Tensor dz, ProjectedGradients gradients)
    {
        IMatrixKernels matrix = _x.Kernels.Matrix;
        if (gradients.X is { } dx)
        {
            matrix.MatMul(MatMulProblem.Single(rows, _width, Classes, dz.Buffer, Classes, false, _weight.Buffer, _width, false,
                RowsOf(dx, start), _width));
        }

        if (gradients.Weight is { } dw)
        {
            matrix.MatMul(MatMulProblem.Single(Classes, _width, rows, dz.Buffer, Classes, true, RowsOf(_x, start), _width, false, dw.Buffer,
                _width, start > 0));
        }

        if (gradients.Bias is { } db)
        {
            Tensor sum = start == 0 ? db : Tensor.EmptyLike(db);
            _x.Kernels.Reductions.Reduce(ReduceOp.Sum, dz.Buffer, sum.Buffer, 1, rows, Classes);
            if (sum != db)
            {
                _x.Kernels.Elementwise.AddScaled(db.Buffer, sum.Buffer, db.Count, 1);
                sum.Storage.Release();
            }
        }
    }

    private DeviceBuffer RowsOf(Tensor x, int start) => PlaceOf(x, (long)start * _width);

    /// <summary>The buffer of a contiguous tensor from one of its elements on.</summary>
    public static DeviceBuffer PlaceOf(Tensor x, long element) => new(x.Storage, x.Offset + element);
}
