using Microsoft.Extensions.AI;

namespace ManagedTransformer.Extensions.AI;

/// <summary>Language models behind the interfaces of Microsoft.Extensions.AI.</summary>
public static class LanguageModelClients
{
    /// <summary>The model as a chat client.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What it does where a request does not say.</param>
    public static IChatClient AsIChatClient(this LanguageModel model, LanguageModelClientOptions? options = null) =>
        new LanguageModelChatClient(model, options);

    /// <summary>The model as a generator of embeddings.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Pooling and name.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(
        this LanguageModel model, LanguageModelClientOptions? options = null) => new LanguageModelEmbeddingGenerator(model, options);
}
