using System.Collections.Concurrent;
using ManagedTransformer.Generation.Batching;

namespace ManagedTransformer.Server.Models;

/// <summary>A language model whose texts share its steps.</summary>
/// <param name="name">Its name.</param>
/// <param name="model">The model.</param>
/// <param name="options">How many texts it takes.</param>
internal sealed class ServedLanguageModel(string name, LanguageModel model, ServerOptions options) : ServedModel(name, model, options)
{
    private readonly ConcurrentDictionary<int, string> _texts = [];

    /// <summary>The model.</summary>
    public LanguageModel Model { get; } = model;

    /// <summary>The texts that share its steps.</summary>
    public GenerationBatch Batch { get; } =
        new(model.Network, new BatchOptions { Slots = options.Slots, Queue = options.Queue });

    /// <inheritdoc/>
    public override string Kind => "language";

    /// <inheritdoc/>
    public override BatchLoad Load => Batch.Load;

    /// <summary>Tokens that a text and its continuation may have together.</summary>
    public int Positions => Model.Network.Config.PositionLimit;

    /// <summary>What a session of so many tokens keeps between two of its tokens, in bytes; null where that is not known.</summary>
    public long? SessionBytes(int tokens) => tokens <= Positions ? Model.Network.StateBytes(tokens) : null;

    /// <summary>The text of a token by itself.</summary>
    public string TextOf(int token) => _texts.GetOrAdd(token, id => Model.Tokenizer.Decode([id]));

    /// <inheritdoc/>
    public override void Dispose()
    {
        Batch.Dispose();
        Line.Dispose();
    }
}
