namespace ManagedTransformer.Data.Builtin;

/// <summary>A child of a story, by the index of its name, with the words that agree with it.</summary>
internal readonly record struct StoryCharacter(int NameIndex)
{
    private bool IsGirl => (StoryWords.Girls >> NameIndex & 1) != 0;

    public string Name => StoryWords.Names[NameIndex];

    public string Kind => IsGirl ? "girl" : "boy";

    public string Subject => IsGirl ? "She" : "He";

    public string Possessive => IsGirl ? "Her" : "His";
}
