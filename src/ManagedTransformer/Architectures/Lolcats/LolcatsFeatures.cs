using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>A feature map per query head, u = W x + b: phi(x) = max(u, 0), or softmax(u) and softmax(-u); at least epsilon.</summary>
internal sealed class LolcatsFeatures : Module
{
    private readonly LolcatsConfig _config;

    /// <summary>
    /// A map that starts with the head's dimensions as its features: of fewer features the first ones; of more, again and again, each time
    /// scaled anew, since rows that begin alike would stay alike, and rows of zeros zero.
    /// </summary>
    /// <param name="config">Validated.</param>
    /// <param name="heads">H: heads of queries.</param>
    /// <param name="width">d.</param>
    public LolcatsFeatures(LolcatsConfig config, int heads, int width)
    {
        _config = config;
        Weight = Initialization.Diagonal(new Shape(heads, config.FeatureSize, width), round => ScaleOf(config.Map, round));
        Bias = config.FeatureBias ? Initialization.Zeros(new Shape(heads, config.FeatureSize)) : null;
    }

    /// <summary>W, [H, k, d].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [H, k]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>phi(x).</summary>
    /// <param name="x">[B, T, H, d], or [B, T, KV, d] of heads that several query heads share: each maps them by itself.</param>
    /// <returns>[B, T, H, K]</returns>
    public Tensor Map(Tensor x)
    {
        // Heads that share x are rows of one product, so that x is not repeated.
        int heads = Weight.Shape[0], size = Weight.Shape[1], own = x.Shape[2], rows = heads / own * size;
        Tensor u = x.HeadwiseLinear(
            Weight.Reshape(new Shape(own, rows, Weight.Shape[2])),
            Bias?.Reshape(new Shape(own, rows)),
            _config.Map == LolcatsMap.T2r ? Activation.Relu : Activation.None);
        u = u.Reshape(new Shape(x.Shape[0], x.Shape[1], heads, size));
        Tensor phi = _config.Map == LolcatsMap.T2r ? u : TensorOperators.Concat(3, u.Softmax(), (-u).Softmax());
        return _config.FeatureEps > 0 ? phi.Clamp(_config.FeatureEps, float.PositiveInfinity) : phi;
    }

    /// <summary>Begins with values that are uniform in +-1 / sqrt(d), as T2R's maps do.</summary>
    /// <param name="random">Their source.</param>
    public void Draw(RandomSource random)
    {
        float bound = 1 / MathF.Sqrt(Weight.Shape[2]);
        Initialization.RedrawUniform(Weight, random, bound);
        Initialization.RedrawUniform(Bias, random, bound);
    }

    // Softmax of both signs has the negative features already; the positive part of the negative is new.
    private static float ScaleOf(LolcatsMap map, int round) => map == LolcatsMap.Hedgehog
        ? 1f / (1 + round)
        : (round % 2 == 0 ? 1f : -1f) / (1 + (round / 2));

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
    }
}
