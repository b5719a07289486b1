namespace ManagedTransformer.Generation.Batching;

/// <summary>What a <see cref="GenerationBatch"/> is doing, and what it has done since it began.</summary>
/// <param name="Running">Texts that are generated.</param>
/// <param name="Waiting">Texts that wait for a slot.</param>
/// <param name="StateBytes">What the model remembers of the running texts, in bytes, as of the last step.</param>
/// <param name="PromptTokens">Tokens of prompts that were read.</param>
/// <param name="Tokens">Tokens that were drawn.</param>
/// <param name="Steps">Joint steps.</param>
public readonly record struct BatchLoad(int Running, int Waiting, long StateBytes, long PromptTokens, long Tokens, long Steps);
