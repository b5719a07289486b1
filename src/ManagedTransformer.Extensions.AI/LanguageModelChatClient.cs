using System.Runtime.CompilerServices;
using System.Text;
using ManagedTransformer.Generation;
using Microsoft.Extensions.AI;

namespace ManagedTransformer.Extensions.AI;

/// <summary>
/// A language model as a chat client. Requests of any number of threads may run at the same time: they share the weights and nothing else,
/// so a text does not depend on what else is asked. Work is done on the thread pool; cancelling ends a request behind the token at hand, or
/// while the prompt is read behind the layer at hand.
/// </summary>
/// <remarks>
/// Of <see cref="ChatOptions"/> are used: Instructions (a system message in front), ModelId (which must be this model's), MaxOutputTokens,
/// Temperature, TopP, TopK, FrequencyPenalty, PresencePenalty, StopSequences, Seed (without one every request draws its own) and
/// RawRepresentationFactory, which may return the <see cref="GenerationOptions"/> to begin with, but for their length and seed.
/// Everything else that asks for something, such as tools, is refused by name. A piece of text has the <see cref="GenerationStep"/> as
/// its raw representation, with log-probabilities where <see cref="GenerationOptions.LogProbabilities"/> asks for them.
/// </remarks>
public sealed class LanguageModelChatClient : IChatClient
{
    private const string Provider = "ManagedTransformer";
    private readonly LanguageModelClientOptions _options;
    private readonly ChatClientMetadata _metadata;

    /// <summary>A client.</summary>
    /// <param name="model">The model, which stays its caller's.</param>
    /// <param name="options">What it does where a request does not say; null for the defaults.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">No model, or an option is null or does not exist.</exception>
    public LanguageModelChatClient(LanguageModel model, LanguageModelClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, _options) = (model, options ?? new LanguageModelClientOptions());
        _options.Validate();
        _metadata = new ChatClientMetadata(Provider, null, ModelNames.Of(model, _options));
    }

    /// <summary>The model that answers.</summary>
    public LanguageModel Model { get; }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for what the model cannot do, and the message names it.</exception>
    /// <exception cref="InputException">A value is out of its range, or the conversation is empty.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        TextGeneration generation = Start(messages, options);
        string text = await Task.Run(() => Complete(generation, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text) { MessageId = NewId() })
        {
            ResponseId = NewId(),
            ModelId = _metadata.DefaultModelId,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = ReasonOf(generation),
            Usage = UsageOf(generation),
        };
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for what the model cannot do, and the message names it.</exception>
    /// <exception cref="InputException">A value is out of its range, or the conversation is empty.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        TextGeneration generation = Start(messages, options);
        string response = NewId(), message = NewId();
        await foreach (GenerationStep step in generation.StepsAsync(cancellationToken).ConfigureAwait(false))
        {
            // A client that has gone needs no further token, also where tokens make no text yet.
            cancellationToken.ThrowIfCancellationRequested();
            if (step.Text.Length > 0)
            {
                yield return Update(new TextContent(step.Text) { RawRepresentation = step });
            }
        }

        ChatResponseUpdate last = Update(new UsageContent(UsageOf(generation)));
        last.FinishReason = ReasonOf(generation);
        yield return last;

        ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content])
        {
            ResponseId = response,
            MessageId = message,
            ModelId = _metadata.DefaultModelId,
            CreatedAt = DateTimeOffset.UtcNow,
        };
    }

    /// <summary>This client, its <see cref="ChatClientMetadata"/> or its <see cref="LanguageModel"/>.</summary>
    /// <param name="serviceType">The type that is asked for.</param>
    /// <param name="serviceKey">Null; there are no others.</param>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        ClientServices.Find(serviceType, serviceKey, this, _metadata, Model);

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static string Complete(TextGeneration generation, CancellationToken cancellation)
    {
        StringBuilder text = new();
        foreach (GenerationStep step in generation.Steps(cancellation))
        {
            text.Append(step.Text);
        }

        return text.ToString();
    }

    private static ChatFinishReason ReasonOf(TextGeneration generation) =>
        generation.IsStopped ? ChatFinishReason.Stop : ChatFinishReason.Length;

    private static UsageDetails UsageOf(TextGeneration generation) => new()
    {
        InputTokenCount = generation.PromptTokens,
        OutputTokenCount = generation.Tokens,
        TotalTokenCount = generation.PromptTokens + (long)generation.Tokens,
    };

    private TextGeneration Start(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ModelNames.Require(options?.ModelId, _metadata.DefaultModelId!);
        GenerationOptions generation = ChatRequest.Options(this, options, _options);
        return ChatRequest.Start(Model, ChatRequest.Messages(messages, options?.Instructions), _options, generation);
    }
}
