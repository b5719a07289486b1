using System.Net;

namespace ManagedTransformer.Server;

/// <summary>Where a server listens, whom it answers, and how much it takes.</summary>
internal sealed record ServerOptions
{
    /// <summary>The address to listen at: that of this machine alone, unless said otherwise.</summary>
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Keys of which a request needs one; without any, everybody is answered.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Texts of a model that are generated at the same time.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Texts of a model that wait for a slot, and other work that waits for its turn.</summary>
    public int Queue { get; init; } = 64;

    /// <summary>Most tokens of a prompt, or of a text to embed.</summary>
    public int MaxPromptTokens { get; init; } = 32_768;

    /// <summary>Most new tokens of a text.</summary>
    public int MaxTokens { get; init; } = 4_096;

    /// <summary>Most texts that a request asks for: its prompts times <c>n</c>, or sentences, or texts to embed.</summary>
    public int MaxTexts { get; init; } = 64;

    /// <summary>Most bytes of a request's body.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>The time that a request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The time that a client may take for the head of a request.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at the same time; further ones are closed.</summary>
    public int MaxConnections { get; init; } = 1_000;

    /// <summary>The time that requests get to finish when the server is told to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}
