using ManagedTransformer.Generation;
using Microsoft.Extensions.AI;
using Message = ManagedTransformer.Tokenization.Chat.ChatMessage;

namespace ManagedTransformer.Extensions.AI;

/// <summary>A request in the terms of the library: what is continued, and how.</summary>
internal static class ChatRequest
{
    /// <summary>Options of the generation; what has no counterpart is refused by name.</summary>
    /// <param name="client">What a factory of options is told.</param>
    /// <param name="request">The request's options; null for none.</param>
    /// <param name="defaults">What holds where the request does not say.</param>
    public static GenerationOptions Options(IChatClient client, ChatOptions? request, LanguageModelClientOptions defaults)
    {
        GenerationOptions options = defaults.Generation;
        if (request is null)
        {
            return options with { MaxTokens = defaults.MaxOutputTokens, Seed = AnySeed() };
        }

        switch (request.RawRepresentationFactory?.Invoke(client))
        {
            case null:
                break;
            case GenerationOptions own:
                options = own;
                break;
            case { } other:
                throw new NotSupportedException(
                    $"ChatOptions.RawRepresentationFactory returns {other.GetType()}, and this client takes {typeof(GenerationOptions)}.");
        }

        RequireNothingElse(request);
        return options with
        {
            MaxTokens = request.MaxOutputTokens ?? defaults.MaxOutputTokens,
            Seed = request.Seed is { } given ? unchecked((ulong)given) : AnySeed(),
            Temperature = request.Temperature ?? options.Temperature,
            TopK = request.TopK ?? options.TopK,
            TopP = request.TopP ?? options.TopP,
            FrequencyPenalty = request.FrequencyPenalty ?? options.FrequencyPenalty,
            PresencePenalty = request.PresencePenalty ?? options.PresencePenalty,
            StopStrings = request.StopSequences is { Count: > 0 } stops ? StopStrings(stops) : options.StopStrings,
        };
    }

    /// <summary>The conversation, with the instructions in front.</summary>
    /// <param name="messages">The messages of a request.</param>
    /// <param name="instructions">A system message; null for none.</param>
    /// <exception cref="InputException">There is no message.</exception>
    /// <exception cref="ArgumentException">A message is null.</exception>
    /// <exception cref="NotSupportedException">A message is no text.</exception>
    public static IReadOnlyList<ChatMessage> Messages(IEnumerable<ChatMessage> messages, string? instructions)
    {
        List<ChatMessage> all = [.. string.IsNullOrEmpty(instructions) ? [] : Single(ChatRole.System, instructions), .. messages];
        if (all.Count == 0)
        {
            throw new InputException("The conversation has no message.");
        }

        if (all.IndexOf(null!) is >= 0 and var missing)
        {
            int given = missing - (string.IsNullOrEmpty(instructions) ? 0 : 1);
            throw new ArgumentException($"Message {given + 1} of the conversation is null.", nameof(messages));
        }

        foreach (AIContent content in all.SelectMany(message => message.Contents))
        {
            if (content is not TextContent and not UsageContent)
            {
                throw new NotSupportedException($"ChatMessage.Contents holds {content.GetType().Name}, and the model reads text alone.");
            }
        }

        return all;
    }

    /// <summary>Begins the generation of the next message: by the client's prompt, the model's chat template, or the plain texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="client">The client's options.</param>
    /// <param name="options">The request's.</param>
    public static TextGeneration Start(
        LanguageModel model, IReadOnlyList<ChatMessage> messages, LanguageModelClientOptions client, GenerationOptions options) =>
        client.Prompt is { } prompt
            ? model.Generate(
                prompt(messages) ?? throw new InvalidOperationException("LanguageModelClientOptions.Prompt gave null, and no prompt."),
                options)
            : model.ChatTemplate is not null
                ? model.Generate([.. messages.Select(message => new Message(message.Role.Value, message.Text))], options)
                : model.Generate(string.Join('\n', messages.Select(message => message.Text)), options);

    private static string[] StopStrings(IList<string> stops) => stops.Contains(null!)
        ? throw new ArgumentException("ChatOptions.StopSequences has an entry that is null.")
        : [.. stops];

    private static ChatMessage[] Single(ChatRole role, string text) => [new(role, text)];

    private static ulong AnySeed() => (ulong)Random.Shared.NextInt64();

    private static void RequireNothingElse(ChatOptions request)
    {
        Refuse(request.Tools is { Count: > 0 }, nameof(request.Tools));
        Refuse(request.AllowMultipleToolCalls is true, nameof(request.AllowMultipleToolCalls));
        Refuse(request.ToolMode is not null and not NoneChatToolMode and not AutoChatToolMode, nameof(request.ToolMode));
        Refuse(request.ResponseFormat is not null and not ChatResponseFormatText, nameof(request.ResponseFormat));
        Refuse(request.Reasoning is not null, nameof(request.Reasoning));
        Refuse(request.ConversationId is not null, nameof(request.ConversationId));
        Refuse(request.AllowBackgroundResponses is true, nameof(request.AllowBackgroundResponses));
        Refuse(request.ContinuationToken is not null, nameof(request.ContinuationToken));
        if (request.AdditionalProperties is { Count: > 0 } more)
        {
            throw new NotSupportedException(
                $"ChatOptions.AdditionalProperties has '{more.Keys.First()}', which this client does not know; "
                + "generation's own options are given by RawRepresentationFactory.");
        }

        static void Refuse(bool isAsked, string option)
        {
            if (isAsked)
            {
                throw new NotSupportedException(
                    $"ChatOptions.{option} asks for what a language model of this library cannot do: it continues a text.");
            }
        }
    }
}
