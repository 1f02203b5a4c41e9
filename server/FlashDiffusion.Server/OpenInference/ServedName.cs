namespace FlashDiffusion.Server.OpenInference;

/// <summary>A model of the Open Inference Protocol: a served model with a solver.</summary>
/// <param name="Model">Name of the model; empty for the default one.</param>
/// <param name="Solver">Name of the solver; empty for the default one.</param>
internal readonly record struct ServedName(string Model, string Solver)
{
    private const char Separator = ':';

    public static ServedName Parse(string name)
    {
        var at = name.IndexOf(Separator, StringComparison.Ordinal);
        return at < 0 ? new ServedName(name, "") : new ServedName(name[..at], name[(at + 1)..]);
    }

    public override string ToString() => Solver.Length == 0 ? Model : $"{Model}{Separator}{Solver}";
}
