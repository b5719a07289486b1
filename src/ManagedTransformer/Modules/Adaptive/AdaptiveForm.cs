using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>The common forms of adaptive input and softmax. They differ in details, names and initial values.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AdaptiveForm>))]
public enum AdaptiveForm
{
    /// <summary>
    /// The head scores projected states, everything has a bias, and the clusters' entries stand in falling order (code of all-attention).
    /// </summary>
    Biased,

    /// <summary>
    /// The head scores the states themselves, nothing has a bias, and the clusters' entries stand in rising order (fairseq).
    /// </summary>
    Fairseq,

    /// <summary>
    /// As fairseq's, but every cluster is scaled by the root of its own width, and projections and tables can be untied one by one
    /// (DeLighT).
    /// </summary>
    Delight,
}
