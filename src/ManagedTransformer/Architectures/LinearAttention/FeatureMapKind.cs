using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>The functions phi for which phi(q) . phi(k) takes the place of e^(q . k).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FeatureMapKind>))]
public enum FeatureMapKind
{
    /// <summary>elu(x) + 1 (Katharopoulos et al., 2020).</summary>
    Elu1,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>act(W' x + b) with learnt W and b per head (Kasai et al., "Finetuning Pretrained Transformers into RNNs", 2021).</summary>
    Learned,

    /// <summary>Sines and cosines of random projections of the unit vector (Peng et al., "Random Feature Attention", 2021).</summary>
    RfaSincos,

    /// <summary>Positive parts of random projections of the unit vector (Peng et al., 2021).</summary>
    RfaArccos,

    /// <summary>Positive random features e^(u - |x'|^2 / 2) (Choromanski et al., "Rethinking Attention with Performers", 2021).</summary>
    FavorExp,

    /// <summary>The same with both signs of u (Choromanski et al., 2021).</summary>
    FavorHyp,
}
