namespace FlashDiffusion.Server.Hosting;

/// <summary>What depends on the company or the row in a fixed shape; empty strings where nothing does.</summary>
/// <param name="Steps">Networks of a step, in the shape of exact requests.</param>
/// <param name="Looks">Encoders, in the shape of looks at measurements.</param>
internal sealed record ShapeFindings(string Steps, string Looks);
