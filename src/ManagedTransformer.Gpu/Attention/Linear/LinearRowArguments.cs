using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="LinearRowCode"/>: for rows r of a chunk, result[r] = sum of W[t, i] rows + scale[r] (carried[r] state), where
/// W[t, i] = w[t, i] f[t] (later[t] . earlier[i] + b[t]) and the sum runs over the positions of the other side. With f = 1 / D, b = -(dy .
/// y) D' and R the gradient of the state behind the chunk: results y have later = q, earlier = k, rows = v, carried = q; dq has later = dy,
/// earlier = v, b, rows = k, carried = f [dy, b]; dk the same weights, rows = q, carried = [v, 1], R for the state; dv has later = q,
/// earlier = k, f, rows = dy, carried = k, R.
/// </summary>
internal struct LinearRowArguments
{
    public LinearArguments Forward;
    public HeadOperand Later, Earlier, Rows, Carried, Result;
    public ArrayView<float> Factors, Biases, States;

    /// <summary>Widths of later and earlier rows, of the result, and of carried rows.</summary>
    public int InnerWidth, Width, CarriedWidth;

    /// <summary>
    /// 1 if results belong to later positions: the state is the one before the chunk. 0 if they belong to earlier ones: the state is the
    /// gradient of the one behind the chunk.
    /// </summary>
    public int IsLater;

    /// <summary>
    /// 1 if features are the result's columns: the state is read transposed, and carried rows end with one more number that meets z.
    /// </summary>
    public int IsTransposed;

    /// <summary>1 if carried rows are gradients of results, to be scaled by f.</summary>
    public int ScalesCarried;

    /// <summary>1 if results are divided by their denominators, which are computed here.</summary>
    public int IsOutput;

    public int HasFactors, HasBiases;

    /// <summary>
    /// 1 if a state comes in before the first chunk, or a gradient from behind the last one; else that chunk has no state to look at.
    /// </summary>
    public int HasFirst;
}
