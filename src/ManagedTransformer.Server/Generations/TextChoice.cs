using System.Text;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Server.Generations;

/// <summary>A text as far as it has come.</summary>
/// <param name="index">Its number in the response.</param>
/// <param name="generation">What generates it.</param>
internal sealed class TextChoice(int index, TextGeneration generation)
{
    /// <summary>Its number in the response.</summary>
    public int Index => index;

    /// <summary>The text that it continues.</summary>
    public string Prompt => generation.Prompt;

    /// <summary>Tokens that were generated.</summary>
    public int Tokens => generation.Tokens;

    /// <summary>The new text.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Its steps, where they are asked for.</summary>
    public List<GenerationStep> Steps { get; } = [];

    /// <summary>The reason why it ended, as OpenAI's API calls it; null as long as it goes on.</summary>
    public string? FinishReason => NameOf(generation.Finish);

    /// <summary>What OpenAI's API calls a reason to end.</summary>
    public static string? NameOf(FinishReason? reason) => reason switch
    {
        null => null,
        Generation.FinishReason.Length => "length",
        _ => "stop",
    };
}
