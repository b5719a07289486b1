using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>Which parameters of a model training changes.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TrainableParameters>))]
public enum TrainableParameters
{
    /// <summary>All.</summary>
    All,

    /// <summary>
    /// Of every attention layer outside of encoders the query, key and value maps, the feature map and the gates; everything else stays as
    /// it is (Kasai et al., 2021, authors' code).
    /// </summary>
    AttentionOnly,

    /// <summary>Feature maps of linear and linearised attention, and the factors of windows.</summary>
    FeatureMaps,
}
