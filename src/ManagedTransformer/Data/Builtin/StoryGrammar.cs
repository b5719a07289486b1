namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// The grammar of the built-in stories, as a program: it tells one story to a tape. Two children own things to count and a treasure; they
/// give, find, meet and talk; at the end an elder asks for what was said long before. Every sentence follows from choices whose texts tell
/// them apart, so a story has exactly one derivation and its probability is the product of the probabilities of its choices.
/// </summary>
internal sealed class StoryGrammar
{
    private const int MinimumScenes = 6;
    private const int MaximumScenes = 13;
    private const int MostThings = 40;
    private const int Questions = 2;

    private readonly StoryTape _tape;
    private readonly StoryCharacter[] _children = new StoryCharacter[2];
    private readonly int[] _counts = new int[2];
    private PhraseSet _names = StoryWords.Names;
    private int _holder;
    private int _item;
    private string _colour = "", _container = "", _spot = "", _treasure = "";

    private StoryGrammar(StoryTape tape) => _tape = tape;

    /// <summary>Tells one story and the blank line that ends it.</summary>
    public static void Tell(StoryTape tape)
    {
        var story = new StoryGrammar(tape);
        story.Introduce();
        story.Furnish();
        const ulong end = 1UL << StoryWords.EndingLink;
        for (int scenes = 0; ; scenes++)
        {
            ulong links = scenes < MinimumScenes ? ~end : scenes < MaximumScenes ? ulong.MaxValue : end;
            if (tape.Choose(StoryWords.Links, links) == StoryWords.EndingLink)
            {
                break;
            }

            story.TellScene();
        }

        story.Ask();
        story.Close();
    }

    /// <summary>Who the story is about.</summary>
    private void Introduce()
    {
        int hero, opening = _tape.Choose(StoryWords.Openings);
        if (opening == 0)
        {
            Pick(StoryWords.TraitsWithArticle);
            ulong names = _tape.Choose(StoryWords.Kinds) == 0 ? StoryWords.Girls : ~StoryWords.Girls;
            hero = _tape.Choose(StoryWords.Names, names);
            Say(" lived in ");
            Pick(StoryWords.AdjectivesWithArticle);
            Say(" ");
            Pick(StoryWords.Homes);
            Say(" near the ");
            Pick(StoryWords.Places);
        }
        else
        {
            Pick(StoryWords.Days);
            Say(" ");
            hero = _tape.Choose(StoryWords.Names);
            Say(" came home from the ");
            Pick(StoryWords.Places);
            Say(" with ");
            Pick(StoryWords.AdjectivesWithArticle);
            Say(" ");
            Pick(StoryWords.Things);
        }

        _children[0] = new(hero);
        Say($". {_children[0].Possessive} friend ");
        int friend = _tape.Choose(StoryWords.Names, ~(1UL << hero));
        _children[1] = new(friend);
        Say(" was ");
        Pick(StoryWords.TraitsWithArticle);
        Say($" {_children[1].Kind} from the ");
        Pick(StoryWords.Homes);
        _names = new(_children[0].Name, _children[1].Name);
    }

    /// <summary>Tells the belongings of the children: the facts that the rest of the story changes and asks for.</summary>
    private void Furnish()
    {
        Say($". {_children[0].Name} had ");
        _colour = Pick(StoryWords.ColoursWithArticle);
        Say(" ");
        _container = Pick(StoryWords.Containers);
        Say(" ");
        _spot = Pick(StoryWords.Spots);
        Say(". In it lay ");
        Pick(StoryWords.AdjectivesWithArticle);
        Say(" ");
        _treasure = Pick(StoryWords.Treasures);
        Say(" and ");
        _counts[0] = _tape.Choose(StoryWords.Numbers) + 1;
        Say(" ");
        _item = _tape.Choose(_counts[0] == 1 ? StoryWords.Singulars : StoryWords.Plurals);
        Say($", and {_children[1].Name} had ");
        _counts[1] = _tape.Choose(StoryWords.Numbers) + 1;
        Say($" {Items(_counts[1])}.");
    }

    private void TellScene()
    {
        int actor = _tape.Choose(_names), other = 1 - actor;
        ulong scenes = ulong.MaxValue;
        if (_counts[actor] + StoryWords.Numbers.Count > MostThings)
        {
            scenes &= ~(1UL << (int)StoryScene.Find);
        }

        if (_counts[actor] == 0)
        {
            scenes &= ~(1UL << (int)StoryScene.Give);
        }

        if (_holder != actor)
        {
            scenes &= ~(1UL << (int)StoryScene.Pass);
        }

        switch ((StoryScene)_tape.Choose(StoryWords.Scenes, scenes))
        {
            case StoryScene.Go:
                Go(other);
                break;
            case StoryScene.Find:
                Find(actor);
                break;
            case StoryScene.Give:
                Give(actor, other);
                break;
            case StoryScene.Pass:
                Say($"{_treasure} to {_children[other].Name}, who ");
                Pick(StoryWords.Acts);
                _holder = other;
                break;
            case StoryScene.Say:
                Talk(other);
                break;
            case StoryScene.Feel:
                Pick(StoryWords.Feelings);
                Say(" and ");
                Pick(StoryWords.Acts);
                break;
            case StoryScene.Meet:
                Meet(actor);
                break;
            default:
                Handle(other);
                return;
        }

        Say(".");
    }

    private void Go(int other)
    {
        Pick(StoryWords.Places);
        switch (_tape.Choose(StoryWords.Purposes))
        {
            case 0:
                Say($" with {_children[other].Name} in the ");
                Pick(StoryWords.Weather);
                break;
            case 1:
                Pick(StoryWords.Foods);
                Say(" and ");
                PickThing();
                break;
            default:
                PickThing();
                break;
        }
    }

    private void Find(int actor)
    {
        int found = _tape.Choose(StoryWords.Numbers) + 1;
        Say($" more {Items(found)} ");
        Pick(StoryWords.Spots);
        _counts[actor] += found;
        Say($" and now had {StoryNumbers.Name(_counts[actor])}");
    }

    private void Give(int actor, int other)
    {
        Say($"{_children[other].Name} ");
        int most = Math.Min(_counts[actor], StoryWords.Numbers.Count);
        int given = _tape.Choose(StoryWords.Numbers, (1UL << most) - 1) + 1;
        _counts[actor] -= given;
        _counts[other] += given;
        Say($" {Items(given)}, so {_children[actor].Name} had {StoryNumbers.Name(_counts[actor])} left"
            + $" and {_children[other].Name} had {StoryNumbers.Name(_counts[other])}");
    }

    private void Talk(int other)
    {
        Pick(StoryWords.Wishes);
        PickThing();
        Say(".\" \"");
        Pick(StoryWords.Replies);
        Say($",\" said {_children[other].Name}");
    }

    private void Meet(int actor)
    {
        Pick(StoryWords.AdjectivesWithArticle);
        Say(" ");
        Pick(StoryWords.Animals);
        Say($". {_children[actor].Subject} gave it some ");
        Pick(StoryWords.Foods);
        Say(" and it ");
        Pick(StoryWords.AnimalActs);
    }

    /// <summary>Does something to a thing, to several, or for someone.</summary>
    private void Handle(int other)
    {
        PickThing();
        switch (_tape.Choose(StoryWords.Lists))
        {
            case 1:
                PickThing();
                Say(" and ");
                PickThing();
                break;
            case 2:
                PickThing();
                break;
            case 3:
                Say(_children[other].Name);
                break;
            default:
                return;
        }

        Say(".");
    }

    /// <summary>An elder asks for what the story told.</summary>
    private void Ask()
    {
        Pick(StoryWords.Elders);
        Say(" asked,");
        ulong left = ulong.MaxValue;
        for (int i = 0; i < Questions; i++)
        {
            int question = _tape.Choose(StoryWords.Questions, left);
            left &= ~(1UL << question);
            Say(question switch
            {
                0 => $"{_container}?\" \"It is {_colour[(_colour.IndexOf(' ', StringComparison.Ordinal) + 1)..]}.\"",
                1 => $"{_treasure}?\" \"{_children[_holder].Name} has it.\"",
                2 => $"{_container}?\" \"It is {_spot}.\"",
                _ => $"{Items(2)} do you have?\" \"{Summary()}.\"",
            });
        }
    }

    private void Close()
    {
        Say(" Then ");
        Pick(StoryWords.Closings);
        Say(".\n\n");
    }

    private string Summary()
    {
        (int first, int second) = (_counts[0], _counts[1]);
        return $"{_children[0].Name} has {StoryNumbers.Name(first)} and {_children[1].Name} has {StoryNumbers.Name(second)}, "
            + $"{StoryNumbers.Name(first + second)} in all";
    }

    private string Items(int count) => count == 1 ? StoryWords.Singulars[_item] : StoryWords.Plurals[_item];

    private void PickThing()
    {
        Pick(StoryWords.AdjectivesWithArticle);
        Say(" ");
        Pick(StoryWords.Things);
    }

    private string Pick(PhraseSet set) => set[_tape.Choose(set)];

    private void Say(string text) => _tape.Say(text);
}
