using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>Which of the newest keys keep their softmax weights.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LolcatsWindow>))]
public enum LolcatsWindow
{
    /// <summary>None: all weights come from feature maps.</summary>
    None,

    /// <summary>The newest w.</summary>
    Standard,

    /// <summary>Those of the block of w positions at hand, counted from the text's beginning, and of the block before it.</summary>
    Terraced,
}
