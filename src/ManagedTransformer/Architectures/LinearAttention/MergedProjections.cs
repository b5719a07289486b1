using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Query and key projections of one source, each merged with a learnt map (<see cref="MergedMap"/>), side by side. One product gives the
/// features of a position; the projections to d numbers per head, which it saves, are the larger part of its cost.
/// </summary>
internal sealed class MergedProjections
{
    private readonly LearnedFeatures _features;
    private readonly Tensor _weight, _bias;

    /// <summary>Merges the weights as they are now.</summary>
    public MergedProjections(LinearProjections projections, LearnedFeatures features)
    {
        _features = features;
        int rows = (int)features.Bias.Count;
        _weight = Tensor.Zeros(new Shape(2 * rows, projections.Query.Weight.Shape[1])).Keep();
        _bias = Tensor.Zeros(new Shape(2 * rows)).Keep();
        Query = new MergedMap(projections.Query, projections.QueryFactor, features, _weight.Slice(0, 0, rows), _bias.Slice(0, 0, rows));
        Key = new MergedMap(projections.Key, 1, features, _weight.Slice(0, rows, rows), _bias.Slice(0, rows, rows));
    }

    /// <summary>The merged query projection.</summary>
    public MergedMap Query { get; }

    /// <summary>The merged key projection.</summary>
    public MergedMap Key { get; }

    /// <summary>Merges the weights again, after they have changed.</summary>
    public void Rebuild()
    {
        Query.Rebuild();
        Key.Rebuild();
    }

    /// <summary>phi of queries and keys, [B, n, H, k] each.</summary>
    /// <param name="x">[B, n, D]</param>
    public (Tensor Queries, Tensor Keys) Map(Tensor x)
    {
        int heads = _features.Bias.Shape[0], size = _features.Bias.Shape[1];
        Tensor both = _features.Finish(x.Linear(_weight, _bias, _features.Fused))
            .Reshape(new Shape(x.Shape[0], x.Shape[1], 2 * heads, size));
        return (both.Slice(2, 0, heads), both.Slice(2, heads, heads));
    }
}
