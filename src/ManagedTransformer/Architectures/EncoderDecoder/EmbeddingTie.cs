using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>Which tables an encoder-decoder model shares.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<EmbeddingTie>))]
public enum EmbeddingTie
{
    /// <summary>None: encoder and decoder have a table each, and the projection to the vocabulary a matrix of its own.</summary>
    None,

    /// <summary>The decoder's table is also the projection.</summary>
    Decoder,

    /// <summary>One table and one vocabulary for source, target and projection.</summary>
    All,
}
