using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>How training blocks are taken from the text.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Sampling>))]
public enum Sampling
{
    /// <summary>Windows at random places.</summary>
    Random,

    /// <summary>One contiguous part of the text per batch row, its blocks in order.</summary>
    Stream,
}
