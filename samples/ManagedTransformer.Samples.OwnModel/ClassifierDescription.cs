namespace ManagedTransformer.Samples.OwnModel;

/// <summary>What the folder of a <see cref="TextClassifier"/> says about it.</summary>
/// <param name="Options">Sizes of the network.</param>
/// <param name="Labels">Names of the classes.</param>
public sealed record ClassifierDescription(ClassifierOptions Options, IReadOnlyList<string> Labels);
