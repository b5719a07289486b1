using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>Feature maps phi for which phi(q) . phi(k) takes the place of e^(q . k), of u = W x + b per head.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LolcatsMap>))]
public enum LolcatsMap
{
    /// <summary>softmax(u) and softmax(-u) side by side, twice the feature size (Zhang et al., "Hedgehog", 2024).</summary>
    Hedgehog,

    /// <summary>max(u, 0) (Kasai et al., "Finetuning Pretrained Transformers into RNNs", 2021).</summary>
    T2r,
}
