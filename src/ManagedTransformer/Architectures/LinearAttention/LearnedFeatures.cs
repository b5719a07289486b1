using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>act(W' x + b) with W' = sigma * W / tau, all per head (Kasai et al., 2021, section 2.2): K = k.</summary>
internal sealed class LearnedFeatures : FeatureMap
{
    private readonly LinearAttentionConfig _config;

    /// <summary>A map whose W and b start uniform in +-1 / sqrt(d), and sigma at 1.</summary>
    /// <param name="config">Feature size, activation, tau and so on.</param>
    /// <param name="heads">H.</param>
    /// <param name="width">d.</param>
    /// <param name="random">Source of the initial values.</param>
    public LearnedFeatures(LinearAttentionConfig config, int heads, int width, RandomSource random)
    {
        _config = config;
        float bound = 1 / MathF.Sqrt(width);
        Weight = Initialization.Uniform(new Shape(heads, config.FeatureSize, width), bound, random);
        Bias = Initialization.Uniform(new Shape(heads, config.FeatureSize), bound, random);
        Sigma = config.Reparam ? Initialization.Ones(new Shape(heads, 1, width)) : null;
    }

    /// <summary>W, [H, k, d].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [H, k].</summary>
    public Parameter Bias { get; }

    /// <summary>sigma, [H, 1, d]; null unless the configuration has one.</summary>
    public Parameter? Sigma { get; }

    /// <summary>W', [H, k, d].</summary>
    public Tensor ScaledWeight => Scale(Weight, Sigma, _config.Tau);

    /// <summary>Whether the map is a function of x alone, without its norm: then it can be merged with the projection before it.</summary>
    internal bool IsMergeable => !_config.Normalize;

    /// <inheritdoc/>
    public override Tensor Map(Tensor x)
    {
        x = _config.Normalize ? x.UnitVectors() : x;
        return Finish(x.HeadwiseLinear(ScaledWeight, Bias, Fused));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("weight", Weight);
        visit.Add("bias", Bias);
        visit.Add("sigma", Sigma);
    }

    /// <summary>sigma * W / tau.</summary>
    internal static Tensor Scale(Tensor weight, Tensor? sigma, float tau)
    {
        weight = sigma is null ? weight : weight * sigma;
        return tau == 1 ? weight : weight / tau;
    }

    /// <summary>The part of the activation that a linear map applies itself.</summary>
    internal Activation Fused => _config.Activation switch
    {
        FeatureActivation.Relu => Activation.Relu,
        FeatureActivation.Gelu => Activation.Gelu,
        _ => Activation.None,
    };

    /// <summary>The part that comes behind it.</summary>
    internal Tensor Finish(Tensor x) => _config.Activation switch
    {
        FeatureActivation.Tanh => x.Tanh(),
        FeatureActivation.Elu1 => x.EluPlusOne(),
        _ => x,
    };
}
