namespace FlashDiffusion.Server.Configuration;

/// <summary>A short name on the command line for a key of the configuration.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Key">Key of the configuration.</param>
/// <param name="Value">What its value looks like.</param>
/// <param name="Help">One line.</param>
internal sealed record CommandLineSwitch(string Name, string Key, string Value, string Help);
