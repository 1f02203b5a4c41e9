namespace FlashDiffusion.Server.Hosting;

/// <summary>A part that hung once, without another version in its place.</summary>
/// <param name="Kind"><c>solver</c>, <c>operator</c> or <c>model</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version; empty for an operator of the server's own.</param>
/// <param name="Reason">What hung.</param>
internal sealed record OutOfService(string Kind, string Name, string Version, string Reason)
{
    public override string ToString() => $"{Kind} {Name}{(Version.Length == 0 ? "" : " ")}{Version} is out of service: {Reason}";
}
