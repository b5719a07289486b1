namespace ManagedTransformer.Data.Builtin;

/// <summary>The stems of the invented languages; equal places in a list of sources and its list of targets mean the same.</summary>
internal static class ToyLexicon
{
    public static readonly ToyWords Nouns = new(
        "kato hundo domo arbo rivo monto libro pordo tablo stelo nubo vojo ponto kampo lago urbo knabo filo rego soldo floro fajro ventoro "
        + "maro insulo birdo fisho ovo pano lakto vino salo oro fero ligno shtono",
        "mir vask tol brin sel gorm pev dask lum zirt hal nor kest vil mund tark pol sarin dor gask lir fem shul ban kor wip tel gub "
        + "mas nol rev sik aur dul bost krag");

    public static readonly ToyWords Adjectives = new(
        "bona granda eta bela alta longa nova malnova rapida forta saga trista felica blanka nigra ruga dolca varma",
        "jel orm pik sul tav lon nuv gam rask fort zem dul wes bel kor rod mel tor");

    public static readonly ToyWords TransitiveVerbs = new(
        "vid am trov port vend achet ser mangh konstru lav pent far don pren", "sev lub fin hor prad kup wen jed bud myt mal rob dav bar");

    public static readonly ToyWords IntransitiveVerbs = new("dorm kur rid plor kant danc fal ven", "snur beg smek slez pev tant pad hod");

    public static readonly ToyWords Times = new("hodiau hierau morgau ofte nun baldau chiam vespere",
        "dan vechor zutra chast teper skor vsig noke");

    public static readonly ToyWords Numerals = new("du tri kvar kvin ses sep", "ki mo ra shi ten bo");

    public static readonly ToyWords Names = new("anelo borin cilda deron evira folan", "anel borin kild deron evir folan");

    /// <summary>Prepositions, and the case endings that say the same.</summary>
    public static readonly ToyWords Relations = new("en al de kun apud por", "ssa lle sto kon pri den");
}
