Console.WriteLine("imc");
