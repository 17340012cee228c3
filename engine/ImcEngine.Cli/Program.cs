using ImcEngine.Cli;

using var output = new StandardOutput();
return await ImcProgram.RunAsync(args, output, Console.Error);
