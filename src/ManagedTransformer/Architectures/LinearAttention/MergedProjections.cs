using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Query and key projections merged with a learnt map (Kasai et al., 2021, section 2.3): W'(c (Wx + b)) + b' = (c W' W) x + (b' + c W' b), per head, where c is the
/// factor on queries. One product gives the features of a position; the projections to d numbers per head, which it saves, are the larger part of its cost.
/// </summary>
internal sealed class MergedProjections
{
    private readonly LinearProjections _projections;
    private readonly LearnedFeatures _features;

    /// <summary>Merges the weights as they are now.</summary>
    public MergedProjections(LinearProjections projections, LearnedFeatures features)
    {
        (_projections, _features) = (projections, features);
        int rows = features.Bias.Shape[0] * features.Bias.Shape[1];
        Weight = Tensor.Zeros(new Shape(2 * rows, projections.Query.Weight.Shape[1])).Keep();
        Bias = Tensor.Zeros(new Shape(2 * rows)).Keep();
        Rebuild();
    }

    /// <summary>First the rows of queries, then those of keys, [2 H k, D].</summary>
    public Tensor Weight { get; }

    /// <summary>[2 H k]</summary>
    public Tensor Bias { get; }

    /// <summary>Merges the weights again, after they have changed.</summary>
    public void Rebuild()
    {
        using NoGradientScope _ = new();
        int rows = (int)Bias.Count / 2;
        Merge(_projections.Query, _projections.QueryFactor, 0, rows);
        Merge(_projections.Key, 1, rows, rows);
    }

    /// <summary>phi of queries and keys, [B, n, H, k] each.</summary>
    /// <param name="x">[B, n, D]</param>
    public (Tensor Queries, Tensor Keys) Map(Tensor x)
    {
        int heads = _features.Bias.Shape[0], size = _features.Bias.Shape[1];
        Tensor both = _features.Finish(x.Linear(Weight, Bias, _features.Fused)).Reshape(new Shape(x.Shape[0], x.Shape[1], 2 * heads, size));
        return (both.Slice(2, 0, heads), both.Slice(2, heads, heads));
    }

    private void Merge(Linear projection, float factor, int first, int rows)
    {
        Tensor weight = _features.ScaledWeight * factor;
        int heads = weight.Shape[0], width = weight.Shape[2], inputs = projection.Weight.Shape[1];
        Weight.Slice(0, first, rows).Assign(weight.MatMul(projection.Weight.Reshape(new Shape(heads, width, inputs))).Reshape(new Shape(rows, inputs)));
        Tensor bias = _features.Bias.Detach().Reshape(new Shape(rows));
        if (projection.Bias is { } inner)
        {
            bias += weight.MatMul(inner.Reshape(new Shape(heads, width, 1))).Reshape(new Shape(rows));
        }

        Bias.Slice(0, first, rows).Assign(bias);
    }
}
