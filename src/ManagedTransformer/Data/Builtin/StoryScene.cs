namespace ManagedTransformer.Data.Builtin;

/// <summary>Events in the middle of a story, in the order of <see cref="StoryWords.Scenes"/>.</summary>
internal enum StoryScene
{
    Go,
    Find,
    Give,
    Pass,
    Say,
    Feel,
    Meet,
    Do,
}
