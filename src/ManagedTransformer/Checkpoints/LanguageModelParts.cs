using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Checkpoints;

/// <summary>What the folder of a language model holds, whatever its format.</summary>
/// <param name="Network">The network.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Description">What the folder says about the model.</param>
internal sealed record LanguageModelParts(CausalLanguageModel Network, ITokenizer Tokenizer, ModelDescription Description)
{
    /// <summary>How conversations become prompts; null for a folder without a chat template.</summary>
    public ChatTemplate? ChatTemplate { get; init; }
}
