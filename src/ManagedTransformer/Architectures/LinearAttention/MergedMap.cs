using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// A projection merged with a learnt map (Kasai et al., 2021, section 2.3): W'(c (Wx + b)) + b' = (c W' W) x + (b' + c W' b), per head,
/// where c is the factor on queries, 1 for keys.
/// </summary>
internal sealed class MergedMap
{
    private readonly Linear _projection;
    private readonly float _factor;
    private readonly LearnedFeatures _features;

    /// <summary>Merges the weights as they are now.</summary>
    /// <param name="projection">W and b.</param>
    /// <param name="factor">c.</param>
    /// <param name="features">W' and b'.</param>
    /// <param name="weight">[H k, D], written to; null for memory of its own.</param>
    /// <param name="bias">[H k], likewise.</param>
    public MergedMap(Linear projection, float factor, LearnedFeatures features, Tensor? weight = null, Tensor? bias = null)
    {
        (_projection, _factor, _features) = (projection, factor, features);
        int rows = (int)features.Bias.Count;
        Weight = weight ?? Tensor.Zeros(new Shape(rows, projection.Weight.Shape[1])).Keep();
        Bias = bias ?? Tensor.Zeros(new Shape(rows)).Keep();
        Rebuild();
    }

    /// <summary>[H k, D]</summary>
    public Tensor Weight { get; }

    /// <summary>[H k]</summary>
    public Tensor Bias { get; }

    /// <summary>Merges the weights again, after they have changed.</summary>
    public void Rebuild()
    {
        using NoGradientScope _ = new();
        Tensor weight = _features.ScaledWeight * _factor;
        int heads = weight.Shape[0], width = weight.Shape[2], inputs = _projection.Weight.Shape[1];
        Weight.Assign(weight.MatMul(_projection.EffectiveWeight().Reshape(new Shape(heads, width, inputs))).Reshape(Weight.Shape));
        Tensor bias = _features.Bias.Detach().Reshape(Bias.Shape);
        if (_projection.Bias is { } inner)
        {
            bias += weight.MatMul(inner.Reshape(new Shape(heads, width, 1))).Reshape(Bias.Shape);
        }

        Bias.Assign(bias);
    }

    /// <summary>phi, [B, n, H, k].</summary>
    /// <param name="x">[B, n, D]</param>
    public Tensor Map(Tensor x) =>
        _features.Finish(x.Linear(Weight, Bias, _features.Fused))
            .Reshape(new Shape(x.Shape[0], x.Shape[1], _features.Bias.Shape[0], _features.Bias.Shape[1]));
}
